package legal

const dutiesPath = "/console/safety/duties"
