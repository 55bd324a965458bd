"""Cases: a folder of plain files about one place and its bodies, read, checked and written."""
