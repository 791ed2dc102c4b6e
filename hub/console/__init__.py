"""The operators' console: where is this message now, and who must act? Server-rendered, in Dutch, without content.

It reads the message log and the register, and writes only what is its own: sessions and the audit trail. It cannot
read what the hub carries, and imports neither the models of messages nor the opening of seals.
"""
