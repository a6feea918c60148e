"""Pages of a copy that keep their text as text: drawn anew from what a page shows, object by object."""
