"""VISH, the referral index of the bailiffs: its side of the road, and a simulator of the index behind SFTP."""
