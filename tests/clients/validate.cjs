// validate.cjs DOCUMENT: is it a valid OpenAPI document? Prints how many operations it has.
const parser = require('@apidevtools/swagger-parser');

parser.validate(process.argv[2]).then(
    (document) => {
        const operations = Object.values(document.paths).flatMap(Object.values);
        console.log(`valid OpenAPI ${document.openapi} with ${operations.length} operations`);
    },
    (error) => {
        console.error(`not a valid OpenAPI document: ${error.message}`);
        process.exit(1);
    },
);
