"""I/O. Speaks Asterisk: AMI, FastAGI, prompts, provisioning."""
