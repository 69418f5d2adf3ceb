"""Programs that measure Tocsin: quality (``evaluate``), speed of reading (``read``) and of linking (``link_fold``)."""
