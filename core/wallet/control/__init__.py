"""Who may spend how much, who is warned, and whether provider, bank and ledger agree."""
