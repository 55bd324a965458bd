"""The compiled month as WebAssembly, for a page that computes by itself."""
