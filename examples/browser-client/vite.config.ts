import { defineConfig, type UserConfig } from "vite";

// The server allows this origin by name, so another port would be refused.
const port = 5173;

const config: UserConfig = defineConfig({
  server: { port, strictPort: true },
  preview: { port, strictPort: true },
});

export default config;
