"""Stand-ins for the outside companies: Telegram, Viber, an SMS gateway, a telephone exchange and a mail server.

They speak what the real ones speak, over HTTP and SMTP on loopback, keep what they were given, and can fail in every
way. The demo shows what they received (`/demo/phone/`), and the suite drives them (tests/fakes). Nothing else starts
them. Read in this order: book (what was received, and how the next call ends), serving, server, smtp, pushing (what
they bring to us).
"""
