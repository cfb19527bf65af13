"""Where people manage organisations, tools and wallets: a relying party of the provider."""
