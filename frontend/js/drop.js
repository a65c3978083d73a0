export const dropzone = () => ({});
