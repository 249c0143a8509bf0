"""The bus that hastens: it wakes whoever waits for a change. What it says may be missed."""
