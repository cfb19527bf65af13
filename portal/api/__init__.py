"""The interface for tools: what they charge to the wallets of organisations."""
