"""The steps by which a store's schema came to be what it is."""
