"""The helpdesk's pages (S1): find people and organisations, and do for them what they cannot do themselves."""
