"""Claims: one table, one pure assembly; tokens, userinfo, consent texts and documents follow it."""
