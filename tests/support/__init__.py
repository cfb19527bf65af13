"""What tests stand on: databases, stores, clocks, servers, browsers. No data and no rules."""
