"""All documents whose true text is known."""

from docs.corpus.known import columns, disorder, edges, letters, pieces

LAYOUTS = (*columns.LAYOUTS, *letters.LAYOUTS, *edges.LAYOUTS, *pieces.LAYOUTS, *disorder.LAYOUTS)
