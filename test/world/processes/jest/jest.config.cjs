module.exports = { testMatch: ['**/*.test.cjs'], transform: {}, testTimeout: 60_000 };
