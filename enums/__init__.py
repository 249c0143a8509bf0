"""The enumerations of the contract: one module per noun, each class named as in the SDL."""
