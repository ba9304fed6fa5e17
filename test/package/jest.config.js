const { suiteOf } = require('../../jest.base.js');

module.exports = suiteOf(__dirname);
