"""The pages that anybody may see: the first one, what things cost, the styles, the fine print."""
