"""What must not be read or forged by others: sealed settings, signed words, codes that prove an address."""
