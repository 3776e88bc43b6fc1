"""A record that cannot be quietly changed: sequenced, sealed, verified and proved.

See docs/decisions/0008-the-record-is-sealed.md.
"""
