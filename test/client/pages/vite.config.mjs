// Bundles the pages of test/browser; VITE_OUT names the folder. The recipes are bundled with the sources, not with dist.
const own = (file) => `${import.meta.dirname}/../../../src/client/${file}`;

export default {
  root: import.meta.dirname,
  logLevel: 'error',
  define: {
    'process.env.NODE_ENV': '"development"',
    // Vue's bundler build warns without them.
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  },
  mode: 'development',
  resolve: {
    alias: {
      'express-stripe-customer-session/client': own('index.ts'),
      'express-stripe-customer-session/embeds': own('embeds.ts'),
      'express-stripe-customer-session/react': own('react.tsx'),
    },
  },
  build: {
    outDir: process.env.VITE_OUT,
    emptyOutDir: true,
    minify: false,
    rollupOptions: {
      input: { [process.env.VITE_PAGE]: `${import.meta.dirname}/${process.env.VITE_FILE}` },
      output: { entryFileNames: '[name].js', format: 'iife' },
    },
  },
};
