"""What a month without aid costs."""
