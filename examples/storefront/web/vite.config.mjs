import react from '@vitejs/plugin-react';

export default {
  plugins: [react()],
  build: {
    target: 'es2022',
    // The policy of the page has no room for inline scripts, and every browser that it is for preloads by itself.
    modulePreload: false,
    assetsInlineLimit: 0,
  },
};
