"""What memory cannot show: real processes, real sockets, kill -9, and clients nobody here wrote."""
