const { readFileSync } = require('node:fs');

const LONG_FORM = /\b(scale|longOnly)(<.*>)?\(/;

/** With `TEST_LENGTH=long`, of the test files only those that have a long form. */
module.exports = (paths) => ({ filtered: paths.filter((path) => LONG_FORM.test(readFileSync(path, 'utf8'))) });
