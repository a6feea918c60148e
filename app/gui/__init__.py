"""The window: shows what was found, takes decisions, and hands work to the pool. Qt lives only here."""
