export const light = () => ({});
