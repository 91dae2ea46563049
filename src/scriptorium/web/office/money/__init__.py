"""The office of finance: worklists, payers’ accounts, journal and figures."""
