"""What a delivery failure says: reports by RFC 3464, and the free texts of everybody else."""
