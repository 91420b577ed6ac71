"""Reading: from files to documents with exact text, pages and passages. Knows nothing of SQL, models or the web."""
