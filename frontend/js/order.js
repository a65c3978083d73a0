export const order = () => ({});
