"""The index: store, vectors, lexical search, fusion and answers. Knows nothing of file formats or of the web."""
