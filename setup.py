"""What pyproject.toml cannot say: the book's copy of MNIST is installed with the library that reads it."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithData(build_py):
    """Packages, and beside fa_lib/tasks the data that lie with the book; in a clone they are read where they are."""

    def run(self):
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)  # else files that were moved since would be installed too
        super().run()
        if not self.editable_mode:
            shutil.copytree("book/data/mnist", Path(self.build_lib, "fa_lib/tasks/data"), dirs_exist_ok=True)


setup(cmdclass={"build_py": WithData})
