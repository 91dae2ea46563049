"""Money: estimates, orders, invoices, payments, and the double-entry ledger behind them."""
