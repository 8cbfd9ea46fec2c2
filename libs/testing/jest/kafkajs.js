const path = require('node:path');
const { quietIdleConnections } = require('../../log/src/kafkajs/quietIdleConnections');

// By its path: its name leads here.
module.exports = require(path.join(__dirname, '../../../node_modules/kafkajs/index.js'));

// Clients that a test makes itself would go on waking the process every millisecond after they were closed.
quietIdleConnections();
