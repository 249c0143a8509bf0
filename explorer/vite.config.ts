import { defineConfig } from "vite";

// The page is served at /api and its files below /explorer/, by Adarve itself.
export default defineConfig({
  base: "/explorer/",
  logLevel: "error",
  worker: { format: "es" },
  build: { target: "es2022", chunkSizeWarningLimit: 6000, sourcemap: false },
});
