// Bundles the pages of test/browser; VITE_OUT names the folder.
export default {
  root: import.meta.dirname,
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"development"' },
  mode: 'development',
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
