"""Speed measurements of Stagewatch. Nothing here is imported by the app."""
