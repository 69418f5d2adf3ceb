"""Public sets scored where a folder holds them; nothing of them is part of this repository.

The folder: ``ag-news/test.csv``, ``bbc-news/*.tsv`` and ``20news/*.tsv`` (text, label), ``muc4/*.json``, ``hrdsattack/*.json``,
``ceha/CEHA_dataset.csv``, ``lgl/lgl.xml``. docs/evaluation.md says where each comes from and what its labels mean here.
"""
