"""Everything that keeps a reporter unknown.

Ciphers and key derivation are those of `cryptography`, digests those of the standard
library's `hmac`; Pillow reads and writes pictures. Written here is how they are put
together – seals bound to their place, archives in chunks, the keyring's file –, and
what no library has: receipts, and a redactor for Chinese reports.
"""
