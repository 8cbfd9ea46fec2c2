const path = require('node:path');
const { propertySeed } = require('../src/scale/seed');

// By its path: its name leads here.
const fastCheck = require(path.join(__dirname, '../../../node_modules/fast-check/lib/cjs/fast-check.js'));

// A commit passes everywhere or nowhere: its properties draw the same cases on each machine.
fastCheck.configureGlobal({ seed: propertySeed() });

module.exports = fastCheck;
