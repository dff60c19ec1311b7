"""What a level is, what its tiles mean, and its plain files; maps cut into windows."""
