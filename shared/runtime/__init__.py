"""The I/O around the kernel: journal, writer, messaging, web."""
