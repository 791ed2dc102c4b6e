"""What `schuldhub check` looks at: papers (register, keys, certificates, modes), the database, the broker."""
