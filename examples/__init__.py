"""Tools that use Immo-Connect over HTTP only, as any developer would build them."""
