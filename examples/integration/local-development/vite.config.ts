import { defineConfig } from 'vite';

const api = process.env.API ?? 'http://localhost:3000';

export default defineConfig({
  server: { proxy: { '/customer-session': api } },
});
